/**
 * Inserted names stand between U+2068 (first strong isolate) and U+2069 (pop directional isolate), so that a name in Latin
 * letters keeps its own order and punctuation within the sentence (Unicode UAX #9).
 */
import type { Messages } from './en.ts';

const ar: Messages = {
  destination: 'حساب الوجهة',
  'loading.status': 'جارٍ التحقق…',
  'loading.text': 'جارٍ قراءة الحالة.',
  'loading.button': 'تفويض',
  'not-applicable.status': 'لا يلزم التفويض',
  'not-applicable.text': 'لا يلزم تسجيل الدخول إلى \u2068{destination}\u2069.',
  'unauthorized.status': 'غير مفوَّض',
  'unauthorized.text': 'سجِّل الدخول إلى \u2068{destination}\u2069 للسماح بإرسال البيانات.',
  'unauthorized.button': 'تفويض \u2068{destination}\u2069',
  'unauthorized.action': 'تفويض',
  'reauthorize.status': 'انتهت صلاحية التفويض',
  'reauthorize.text': 'سجِّل الدخول إلى \u2068{destination}\u2069 مرة أخرى لاستئناف إرسال البيانات.',
  'reauthorize.button': 'إعادة تفويض \u2068{destination}\u2069',
  'reauthorize.action': 'إعادة تفويض',
  'authorized.status': 'مفوَّض',
  'authorized.text': 'يمكن إرسال البيانات.',
  'authorized.button': 'تجديد تفويض \u2068{destination}\u2069',
  'authorized.action': 'تجديد',
  'awaiting.status': 'في انتظار إجراء منك',
  'awaiting.text': 'سجِّل الدخول وامنح موافقتك في نافذة \u2068{destination}\u2069.',
  'awaiting.button': 'إظهار النافذة',
  'confirming.status': 'جارٍ التأكيد…',
  'confirming.text': 'جارٍ التحقق من الأذونات التي منحها \u2068{destination}\u2069.',
  'confirming.button': 'جارٍ التحقق…',
  'incomplete.status': 'لم يتم التفويض بعد',
  'incomplete.text':
    'لقد عدت من \u2068{destination}\u2069، لكن الحساب غير مفوَّض. قد لا يملك المستخدم الذي سجَّل الدخول الأذونات اللازمة هناك.',
  'incomplete.button': 'إعادة المحاولة',
  'unconfirmed.status': 'هل انتهيت؟',
  'unconfirmed.text':
    'نافذة \u2068{destination}\u2069 مغلقة أو يتعذّر الوصول إليها. إذا انتهيت هناك، فتحقَّق مرة أخرى. وتواصل هذه الصفحة التحقق أيضًا.',
  'unconfirmed.button': 'التحقق مرة أخرى',
  'blocked.status': 'تم حظر النافذة',
  'blocked.text': 'لم يفتح المتصفح نافذة \u2068{destination}\u2069. أعد المحاولة أو تابع في علامة التبويب هذه.',
  'blocked.framed':
    'لم يفتح المتصفح نافذة \u2068{destination}\u2069. افتح هذه الصفحة في علامة تبويب مستقلة أو اسمح بالنوافذ المنبثقة، ثم أعد المحاولة.',
  'blocked.button': 'إعادة المحاولة',
  'failed.status': 'غير مفوَّض',
  'failed.text': 'حدث خطأ في \u2068{destination}\u2069. أعد المحاولة.',
  'failed.service_unavailable': 'خدمة \u2068{destination}\u2069 غير متاحة حاليًا. أعد المحاولة لاحقًا.',
  'failed.unprocessable_entity':
    'لم يمنح \u2068{destination}\u2069 إذن الوصول. أعد المحاولة واسمح بالوصول عندما يُطلب منك ذلك.',
  'failed.button': 'إعادة المحاولة',
  'error.status': 'الحالة غير متاحة',
  'error.account_not_found': 'لم يتم العثور على هذا الحساب.',
  'error.unauthenticated': 'تم تسجيل خروجك. سجِّل الدخول ثم أعد المحاولة.',
  'error.rate_limited': 'عدد الطلبات كبير جدًا. انتظر قليلاً ثم أعد المحاولة.',
  'error.wait': 'عدد الطلبات كبير جدًا. ستتاح إعادة المحاولة {when}.',
  'error.unreachable': 'يتعذّر الوصول إلى خدمة التفويض. أعد المحاولة لاحقًا.',
  'error.timeout': 'يتعذّر الوصول إلى خدمة التفويض. أعد المحاولة لاحقًا.',
  'error.unavailable': 'يتعذّر الوصول إلى خدمة التفويض. أعد المحاولة لاحقًا.',
  'error.button': 'إعادة المحاولة',
  cancel: 'إلغاء',
  reopen: 'إعادة فتح النافذة',
  here: 'المتابعة في علامة التبويب هذه',
  last: 'آخر حالة معروفة: {status}.',
  'notice.cancelled': 'تم الإلغاء. إذا أكملت العملية في النافذة رغم ذلك، فسيظهر ذلك هنا.',
  'notice.expired': 'انتهت المهلة. ابدأ من جديد.',
  'notice.not-yet': 'لم يتم التفويض حتى الساعة \u2068{time}\u2069.',
};

export default ar;
